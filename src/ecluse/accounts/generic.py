"""Names that stand for nobody: a post, a place, a role. CNIL forbids accounts that several people share.

One table, French and English, without accents. A name is shared when every word of it is in the table: ``r.garde`` is
somebody, ``infirmiere.garde`` is not.
"""

import re
import unicodedata

SHARED = frozenset(
    """
    accueil admin administrateur administrator admission admissions agent aide aidesoignant aidesoignante
    ambulance anesthesie anonymous atelier bloc brancardier bureau cadre cardio cardiologie chirurgie clinique
    commun compte consultation day default demo dim doctor doctors dr emergency equipe etudiant etudiante
    externe facturation formation garde generic generique guest helpdesk hopital hospital icu ide infirmier
    infirmiere infirmieres infirmiers intern interne internes interim interimaire invite jour kine labo
    laboratoire lab local locum manager maternite medecin medecins medical midwife night nuit nurse nurses
    operator pc pediatrie personnel pharma pharmacie pharmacy poste provisoire radio radiologie rea
    reanimation reception remplacant remplacante root salle sage-femme sagefemme secretaire secretariat
    service services shared shift soins soignant soignante stagiaire stagiaires staff station student
    supervisor support system team temp temporaire temporary test tmp trainee unit unite urgence urgences user
    users utilisateur vacataire visiteur visitor ward
    """.split()  # noqa: SIM905 - one word a line would hide the table
)
SMALL = frozenset(
    {"a", "and", "au", "aux", "d", "de", "des", "du", "et", "for", "l", "la", "le", "les", "of", "on", "the"}
)


def generic(username: str, display_name: str = "") -> bool:
    """Tell whether an account of these names would be nobody's own."""
    return all_shared(username) or (display_name != username and all_shared(display_name))


def all_shared(name: str) -> bool:
    """Tell whether every word of ``name`` stands for a post, a place or a role; figures do not count."""
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    words = [word for word in re.split(r"[^a-z]+", plain) if word]
    said = [word for word in words if word not in SMALL]
    return bool(said) and all(word in SHARED for word in said)
