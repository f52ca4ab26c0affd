"""From the alarm to the notices: live watch, containment, cases, exposure, notices, audit out."""
