"""Settings are read once and fail loudly: what moved is refused with what to write instead."""

from pathlib import Path

import pytest

from ecluse.core.errors import BadInputError
from ecluse.core.home import Mail, Settings, load
from ecluse.core.outside import Alarms, Email


def written(folder: Path, text: str) -> Path:
    (folder / "ecluse.toml").write_text(text)
    return folder


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ('host = "smtp.h.example"', 'server = "smtp.h.example"'),
        ('sender = "e@h.example"', 'sender = "e@h.example"'),
        ("port = 25", "port = 25"),
        ('security = "tls"', 'security = "tls"'),
        ('user = "ecluse"', 'user = "ecluse"'),
        ('password_file = "secrets/smtp"', 'password_file = "secrets/smtp"'),
        ('people = "{account}@h.example"', 'people = "{account}@h.example"'),
    ],
)
def test_a_mail_server_of_the_alarms_is_refused_with_what_to_write_instead(
    tmp_path: Path, line: str, instead: str
) -> None:
    with pytest.raises(BadInputError) as refused:
        load(written(tmp_path, f"[alarms.email]\n{line}\n"))
    assert f'Write [mail] how = "smtp", {instead};' in str(refused.value)


def test_all_that_moved_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"no longer says host, sender:"):
        load(written(tmp_path, '[alarms.email]\nhost = "h"\nsender = "s"\nto = { dpo = ["d@h.example"] }\n'))


def test_addressees_without_a_mail_server_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"nothing says how: write \[mail\]"):
        load(written(tmp_path, '[alarms.email]\nto = { dpo = ["d@h.example"] }\n'))
    with pytest.raises(ValueError, match="nothing says how"):
        Settings(alarms=Alarms(email=Email()))


@pytest.mark.parametrize("text", ["alarms = 1", "[alarms]\nemail = 1", '[mail]\nsecurity = "ssl"'])
def test_a_setting_of_the_wrong_type_is_told_as_such(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInputError, match="Mend this line"):
        load(written(tmp_path, text))


def test_a_password_is_not_sent_in_clear(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="password in clear"):
        load(written(tmp_path, '[mail]\nhow = "smtp"\nsecurity = "none"\nuser = "u"\n'))


def test_one_server_takes_what_people_and_what_officers_are_told(tmp_path: Path) -> None:
    text = '[mail]\nhow = "smtp"\nserver = "s"\nsecurity = "tls"\n[alarms.email]\nto = { dpo = ["d@h.example"] }\n'
    found = load(written(tmp_path, text)).settings
    assert found.mail == Mail(how="smtp", server="s", security="tls")
    assert found.alarms.email is not None
    assert [*found.alarms.email.to.values()] == [("d@h.example",)]
