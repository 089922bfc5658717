"""The moderators' log takes no UPDATE; PostgreSQL keeps room in the pages of a table whose rows shift all day."""

from django.db import migrations

POSTGRESQL = """
CREATE FUNCTION comments_decision_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a decision is never changed' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER comments_decision_is_final BEFORE UPDATE ON comments_decision
    FOR EACH ROW EXECUTE FUNCTION comments_decision_is_final();
-- A reply shifts lft and rght of the rows to its right: with room left in each page that stays within the page.
ALTER TABLE comments_comment SET (fillfactor = 70);
"""

SQLITE = """
CREATE TRIGGER comments_decision_is_final BEFORE UPDATE ON comments_decision
BEGIN SELECT RAISE(ABORT, 'a decision is never changed'); END
"""


def shape_tables(apps, schema_editor):
    schema_editor.execute({"postgresql": POSTGRESQL, "sqlite": SQLITE}[schema_editor.connection.vendor])


class Migration(migrations.Migration):
    dependencies = [("comments", "0001_initial")]

    operations = [migrations.RunPython(shape_tables)]
