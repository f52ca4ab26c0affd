"""The tables of OpenEMR that hold its audit log, and chosen columns of those that say who the numbers are."""

from ecluse.drill.logs.dump import Database

TABLES = {
    "api_log": """
        id bigint(20) NOT NULL AUTO_INCREMENT
        log_id int(11) NOT NULL
        user_id bigint(20) NOT NULL
        patient_id bigint(20) NOT NULL
        ip_address varchar(255) NOT NULL
        method varchar(20) NOT NULL
        request varchar(255) NOT NULL
        request_url text DEFAULT NULL
        request_body longtext DEFAULT NULL
        response longtext DEFAULT NULL
        created_time timestamp NULL DEFAULT NULL
    """,
    "extended_log": """
        id bigint(20) NOT NULL AUTO_INCREMENT
        date datetime DEFAULT NULL
        event varchar(255) DEFAULT NULL
        user varchar(255) DEFAULT NULL
        recipient varchar(255) DEFAULT NULL
        description longtext DEFAULT NULL
        patient_id bigint(20) DEFAULT NULL
    """,
    "form_encounter": """
        id bigint(20) NOT NULL AUTO_INCREMENT
        date datetime DEFAULT NULL
        facility_id int(11) NOT NULL DEFAULT 0
        pid bigint(20) DEFAULT NULL
        encounter bigint(20) DEFAULT NULL
        provider_id int(11) DEFAULT 0
        date_end datetime DEFAULT NULL
    """,
    "log": """
        id bigint(20) NOT NULL AUTO_INCREMENT
        date datetime DEFAULT NULL
        event varchar(255) DEFAULT NULL
        category varchar(255) DEFAULT NULL
        user varchar(255) DEFAULT NULL
        groupname varchar(255) DEFAULT NULL
        comments longtext DEFAULT NULL
        user_notes longtext DEFAULT NULL
        patient_id bigint(20) DEFAULT NULL
        success tinyint(1) DEFAULT 1
        checksum longtext DEFAULT NULL
        crt_user varchar(255) DEFAULT NULL
        log_from varchar(20) DEFAULT 'open-emr'
        menu_item_id int(11) DEFAULT NULL
        ccda_doc_id int(11) DEFAULT NULL
    """,
    "log_comment_encrypt": """
        id int(11) NOT NULL AUTO_INCREMENT
        log_id int(11) NOT NULL
        encrypt enum('Yes','No') NOT NULL DEFAULT 'No'
        checksum longtext DEFAULT NULL
        checksum_api longtext DEFAULT NULL
        version tinyint(4) NOT NULL DEFAULT 0
    """,
    "openemr_postcalendar_events": """
        pc_eid int(11) unsigned NOT NULL AUTO_INCREMENT
        pc_aid varchar(30) DEFAULT NULL
        pc_pid varchar(11) DEFAULT NULL
        pc_eventDate date DEFAULT NULL
        pc_endDate date DEFAULT NULL
        pc_startTime time DEFAULT NULL
    """,
    "patient_data": """
        id bigint(20) NOT NULL AUTO_INCREMENT
        uuid binary(16) DEFAULT NULL
        pid bigint(20) NOT NULL DEFAULT 0
        fname varchar(255) NOT NULL DEFAULT ''
        lname varchar(255) NOT NULL DEFAULT ''
        DOB date DEFAULT NULL
        street varchar(255) NOT NULL DEFAULT ''
        postal_code varchar(255) NOT NULL DEFAULT ''
        phone_home varchar(255) NOT NULL DEFAULT ''
        providerID int(11) DEFAULT NULL
    """,
    "users": """
        id bigint(20) NOT NULL AUTO_INCREMENT
        username varchar(255) DEFAULT NULL
        authorized tinyint(4) DEFAULT NULL
        fname varchar(255) DEFAULT NULL
        lname varchar(255) DEFAULT NULL
        specialty varchar(255) DEFAULT NULL
        facility_id int(11) NOT NULL DEFAULT 0
        active tinyint(1) NOT NULL DEFAULT 1
    """,
}
OPENEMR = Database("openemr", "InnoDB DEFAULT CHARSET=utf8mb4", TABLES)
