"""Passwords that many people choose: refused without any list. Grown from a few words, in French and English.

Django ships 20,000 common passwords, nearly all shorter than what is accepted here; what people make of them is longer:
a word with digits or a sign after it, doubled, with ``@`` for ``a``. So a password is reduced to its word first.
"""

import re
from functools import lru_cache

from django.contrib.auth.password_validation import CommonPasswordValidator

FRENCH = """
motdepasse azertyuiop azerty qwertz bonjour bonsoir salut coucou jetaime jtaime amour monamour doudou chouchou cheri
cherie bisous calin loulou nounours chaton chat chien lapin papillon dauphin cheval licorne soleil lune etoile fleur
rose
marguerite
tulipe vanille chocolat fraise cerise pomme camille julien nicolas thomas alexandre maxime antoine guillaume
sebastien stephane christophe philippe laurent olivier pierre jacques francois isabelle nathalie sandrine stephanie
celine aurelie emilie pauline marine charlotte mathilde manon chloe lucas enzo nathan raphael gabriel
marseille paris lyon toulouse bordeaux nantes lille rennes strasbourg montpellier nice bretagne normandie alsace corse
provence france francais football rugby psg olympique zidane mbappe ronaldo
janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
lundi mardi mercredi jeudi vendredi samedi dimanche printemps ete automne hiver vacances noel anniversaire
hopital clinique urgences infirmier infirmiere docteur medecin chirurgien pharmacie patient sante service secretariat
accueil bloc reanimation pediatrie maternite cardiologie radiologie laboratoire samu chu ambulance soignant
administrateur bienvenue nouveau provisoire temporaire changez changezmoi secret sesame connexion session utilisateur
"""
ENGLISH = """
password passw welcome letmein changeme default temporary administrator admin login iloveyou sunshine princess monkey
dragon football baseball superman batman shadow master freedom whatever trustno hospital doctor nurse patient health
spring summer autumn winter monday friday january february april june july august september october november december
correct horse battery staple
"""
ALIKE = str.maketrans("@43105$7", "aaeiosst")
ROWS = (
    "azertyuiopqsdfghjklmwxcvbn",
    "qwertyuiopasdfghjklzxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
)
SHORTEST_WORD = 3
RUN = 5


@lru_cache(maxsize=1)
def words() -> frozenset[str]:
    """Return the words: those above, and every common password of Django's list without its digits."""
    shipped = {bare(one) for one in CommonPasswordValidator().passwords}
    return frozenset({*FRENCH.split(), *ENGLISH.split(), *(one for one in shipped if len(one) >= SHORTEST_WORD)})


def bare(password: str) -> str:
    """Return the word a password is made of: small letters, look-alikes undone, digits and signs around it cut off."""
    inner = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", password.lower())
    return re.sub(r"[\W_]+", "", inner.translate(ALIKE))


def is_common(password: str) -> bool:
    """Tell whether a password is one common word, or one and the same thing again, or keys in a row."""
    word = bare(password)
    if len(word) < SHORTEST_WORD or word in words():
        return True
    again = re.fullmatch(r"(.{1,8}?)\1+", word)
    return again is not None or any(is_row(password.lower(), row) for row in ROWS)


def is_row(password: str, row: str) -> bool:
    """Tell whether a password is but neighbours of one row, forwards or backwards."""
    left = password
    for line in (row, row[::-1]):
        for length in range(len(line), RUN - 1, -1):
            for start in range(len(line) - length + 1):
                left = left.replace(line[start : start + length], "")
    return len(left) < SHORTEST_WORD
