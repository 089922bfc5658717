"""An entry's change number never stands above its article's: no CHECK can look into another table, so triggers do."""

from django.db import migrations

POSTGRESQL = """
CREATE FUNCTION articles_entry_change_in_range() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.change > (SELECT change FROM articles_article WHERE id = NEW.article_id) THEN
        RAISE EXCEPTION 'an entry''s change number is above its article''s' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER articles_entry_change_in_range BEFORE INSERT OR UPDATE OF change, article_id ON articles_entry
    FOR EACH ROW EXECUTE FUNCTION articles_entry_change_in_range();
CREATE FUNCTION articles_article_change_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.change < OLD.change THEN
        RAISE EXCEPTION 'an article''s change number only grows' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER articles_article_change_grows BEFORE UPDATE OF change ON articles_article
    FOR EACH ROW EXECUTE FUNCTION articles_article_change_grows();
"""

# A migration that alters these tables on SQLite makes them anew without their triggers and must run this again;
# tests/articles/test_database_refuses.py notices.
SQLITE = [
    f"""
    CREATE TRIGGER articles_entry_change_in_range_{event.split()[0].lower()} BEFORE {event} ON articles_entry
    WHEN NEW.change > (SELECT change FROM articles_article WHERE id = NEW.article_id)
    BEGIN SELECT RAISE(ABORT, 'an entry''s change number is above its article''s'); END
    """
    for event in ("INSERT", "UPDATE OF change, article_id")
] + [
    """
    CREATE TRIGGER articles_article_change_grows BEFORE UPDATE OF change ON articles_article
    WHEN NEW.change < OLD.change
    BEGIN SELECT RAISE(ABORT, 'an article''s change number only grows'); END
    """
]


def make_triggers(apps, schema_editor):
    statements = {"postgresql": [POSTGRESQL], "sqlite": SQLITE}[schema_editor.connection.vendor]
    for statement in statements:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("articles", "0001_initial")]

    operations = [migrations.RunPython(make_triggers)]
