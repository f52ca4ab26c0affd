"""The tables of Mediboard that are read, by columns each must have; other columns may come, go or move."""

SHAPES: dict[str, frozenset[str]] = {
    name: frozenset(columns.split())
    for name, columns in {
        "user_authentication": "user_authentication_id user_id",
        "log_access_medical_object": "access_id user_id object_id object_class",
        "bris_de_glace": "bris_id user_id object_id",
        "user_log": "user_log_id user_id object_id type",
        "user_action": "user_action_id user_id object_id type",
        "object_class": "object_class_id object_class",
        "long_request_log": "long_request_log_id user_id",
        "access_log": "accesslog_id hits",
        "access_log_archive": "accesslog_id hits",
        "module_action": "module_action_id module action",
        "view_access_token": "view_access_token_id user_id",
        "users": "user_id user_username",
        "users_mediboard": "user_id function_id actif",
        "functions_mediboard": "function_id text group_id",
        "perm_module": "perm_module_id user_id permission",
        "modules": "mod_id mod_name",
        "user_agent": "user_agent_id user_agent_string",
        "patients": "patient_id nom prenom",
        "sejour": "sejour_id patient_id praticien_id",
        "consultation": "consultation_id patient_id plageconsult_id",
        "plageconsult": "plageconsult_id chir_id",
        "operations": "operation_id sejour_id chir_id",
        "groups_mediboard": "group_id raison_sociale",
    }.items()
}
TRACES = frozenset(
    [
        "user_authentication",
        "log_access_medical_object",
        "bris_de_glace",
        "user_log",
        "user_action",
        "long_request_log",
        "access_log",
        "access_log_archive",
        "view_access_token",
    ]
)
TELLING = TRACES | frozenset(["users", "users_mediboard", "patients", "sejour", "consultation", "operations"])
USER_TYPES = {  # users.user_type; the words of the professions where there is one
    "1": "it-administrator",
    "2": "admissions",
    "3": "physician",
    "4": "physician",
    "5": "management",
    "6": "billing",
    "7": "nurse",
    "8": "dim-coder",
    "9": "quality",
    "10": "secretary",
    "12": "nurse",
    "13": "physician",
    "14": "staff",
    "15": "therapist",
    "16": "midwife",
    "17": "pharmacist",
    "18": "aide",
    "19": "physician",
    "20": "pharmacy-technician",
    "21": "dietitian",
}
SCREEN = ("classe", "id", "ip", "utilisateur", "date", "type", "champs")  # view_history exported from the screen
