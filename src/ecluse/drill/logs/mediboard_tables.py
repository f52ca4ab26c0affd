"""The tables of Mediboard, as its public code of 2015 lays them out; of those that hold no trace, chosen columns."""

from ecluse.drill.logs.dump import Database

TABLES = {
    "bris_de_glace": """
        bris_id int(11) unsigned NOT NULL AUTO_INCREMENT
        date datetime NOT NULL
        user_id int(11) unsigned NOT NULL DEFAULT 0
        object_id int(11) unsigned NOT NULL DEFAULT 0
        object_class varchar(80) NOT NULL
        comment text NOT NULL
        group_id int(11) unsigned NOT NULL DEFAULT 0
    """,
    "consultation": """
        consultation_id int(11) unsigned NOT NULL AUTO_INCREMENT
        patient_id int(11) unsigned DEFAULT NULL
        plageconsult_id int(11) unsigned NOT NULL DEFAULT 0
        heure time NOT NULL
        annule enum('0','1') NOT NULL DEFAULT '0'
    """,
    "functions_mediboard": """
        function_id int(11) unsigned NOT NULL AUTO_INCREMENT
        group_id int(11) unsigned NOT NULL DEFAULT 0
        type enum('administratif','cabinet') NOT NULL DEFAULT 'administratif'
        text varchar(255) NOT NULL
        actif enum('0','1') DEFAULT '1'
    """,
    "groups_mediboard": """
        group_id int(11) unsigned NOT NULL AUTO_INCREMENT
        text varchar(255) NOT NULL
        raison_sociale varchar(50) DEFAULT NULL
    """,
    "log_access_medical_object": """
        access_id int(11) unsigned NOT NULL AUTO_INCREMENT
        user_id int(11) unsigned NOT NULL DEFAULT 0
        datetime datetime NOT NULL
        object_id int(11) unsigned NOT NULL DEFAULT 0
        object_class varchar(80) NOT NULL
        group_id int(11) unsigned NOT NULL DEFAULT 0
    """,
    "long_request_log": """
        long_request_log_id int(11) unsigned NOT NULL AUTO_INCREMENT
        datetime datetime NOT NULL
        duration float unsigned NOT NULL
        server_addr varchar(255) NOT NULL
        user_id int(11) unsigned NOT NULL
        query_params_get text DEFAULT NULL
        query_params_post text DEFAULT NULL
        session_data text DEFAULT NULL
        requestUID varchar(255) DEFAULT NULL
    """,
    "modules": """
        mod_id int(11) NOT NULL AUTO_INCREMENT
        mod_name varchar(64) NOT NULL DEFAULT ''
        mod_type varchar(64) NOT NULL DEFAULT ''
        mod_active int(1) unsigned NOT NULL DEFAULT 0
    """,
    "patients": """
        patient_id int(11) unsigned NOT NULL AUTO_INCREMENT
        nom varchar(255) NOT NULL
        nom_jeune_fille varchar(255) DEFAULT NULL
        prenom varchar(255) NOT NULL
        naissance char(10) DEFAULT NULL
        adresse text DEFAULT NULL
        cp varchar(5) DEFAULT NULL
        tel varchar(20) DEFAULT NULL
        vip enum('0','1') NOT NULL DEFAULT '0'
    """,
    "perm_module": """
        perm_module_id int(11) unsigned NOT NULL AUTO_INCREMENT
        user_id int(11) unsigned NOT NULL DEFAULT 0
        mod_id int(11) unsigned DEFAULT NULL
        permission tinyint(1) unsigned zerofill NOT NULL DEFAULT 0
        view tinyint(1) unsigned zerofill NOT NULL DEFAULT 0
    """,
    "plageconsult": """
        plageconsult_id int(11) unsigned NOT NULL AUTO_INCREMENT
        chir_id int(11) unsigned NOT NULL DEFAULT 0
        date date NOT NULL
        debut time NOT NULL
        fin time NOT NULL
    """,
    "sejour": """
        sejour_id int(11) unsigned NOT NULL AUTO_INCREMENT
        patient_id int(11) unsigned NOT NULL DEFAULT 0
        praticien_id int(11) unsigned NOT NULL DEFAULT 0
        group_id int(11) unsigned NOT NULL DEFAULT 1
        service_id int(11) unsigned DEFAULT NULL
        type enum('comp','ambu','exte','seances','ssr','psy','urg','consult') NOT NULL
        entree datetime DEFAULT NULL
        sortie datetime DEFAULT NULL
        annule enum('0','1') NOT NULL DEFAULT '0'
    """,
    "service": """
        service_id int(11) unsigned NOT NULL AUTO_INCREMENT
        group_id int(11) unsigned NOT NULL DEFAULT 0
        nom varchar(255) NOT NULL
    """,
    "user_authentication": """
        user_authentication_id int(11) unsigned NOT NULL AUTO_INCREMENT
        user_id int(11) unsigned NOT NULL DEFAULT 0
        previous_user_id int(11) unsigned DEFAULT NULL
        auth_method enum('basic','ldap','ldap_guid','token') DEFAULT NULL
        datetime_login datetime NOT NULL
        datetime_logout datetime DEFAULT NULL
        id_address char(39) NOT NULL
        session_id char(32) NOT NULL
        screen_width smallint(5) DEFAULT NULL
        screen_height smallint(5) DEFAULT NULL
        user_agent_id int(11) unsigned DEFAULT NULL
    """,
    "user_log": """
        user_log_id int(11) unsigned NOT NULL AUTO_INCREMENT
        user_id int(11) unsigned NOT NULL DEFAULT 0
        object_id int(11) unsigned NOT NULL DEFAULT 0
        object_class varchar(255) NOT NULL
        type enum('create','store','merge','delete') NOT NULL
        date datetime NOT NULL
        fields text DEFAULT NULL
        ip_address varbinary(16) DEFAULT NULL
        extra text DEFAULT NULL
    """,
    "users": """
        user_id int(11) unsigned NOT NULL AUTO_INCREMENT
        user_username varchar(20) NOT NULL
        user_password char(64) DEFAULT NULL
        user_salt char(64) DEFAULT NULL
        user_password_last_change datetime NOT NULL
        user_type tinyint(4) unsigned NOT NULL DEFAULT 0
        user_first_name varchar(50) DEFAULT NULL
        user_last_name varchar(50) NOT NULL
        user_mobile varchar(20) DEFAULT NULL
        user_address1 varchar(255) DEFAULT NULL
        user_zip varchar(11) DEFAULT NULL
        user_birthday char(10) DEFAULT NULL
        user_login_errors tinyint(4) unsigned NOT NULL DEFAULT 0
        template enum('0','1') NOT NULL DEFAULT '0'
        profile_id int(11) unsigned DEFAULT NULL
        dont_log_connection enum('0','1') NOT NULL DEFAULT '0'
    """,
    "users_mediboard": """
        user_id int(11) unsigned NOT NULL AUTO_INCREMENT
        function_id int(11) unsigned DEFAULT NULL
        remote enum('0','1') DEFAULT NULL
        actif enum('0','1') NOT NULL DEFAULT '1'
        use_bris_de_glace enum('0','1') NOT NULL DEFAULT '0'
        deb_activite date DEFAULT NULL
        fin_activite date DEFAULT NULL
    """,
}
MEDIBOARD = Database("mediboard", "MyISAM DEFAULT CHARSET=utf8mb4", TABLES)
GROUP = 1  # the establishment
