"""The ports in SQL that every engine speaks; an engine's own part stands in a package beside this one."""
