-- A report's files come first, the report last: the deferred foreign key lets no file commit without
-- its report, and once the report is there nothing is added to it.
CREATE OR REPLACE FUNCTION analytics_reportfile_before_report() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM analytics_report WHERE id = NEW.report_id) THEN
    RAISE EXCEPTION 'analytics_reportfile_before_report: the report is complete' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER analytics_reportfile_before_report BEFORE INSERT ON analytics_reportfile
  FOR EACH ROW EXECUTE FUNCTION analytics_reportfile_before_report();
CREATE OR REPLACE TRIGGER analytics_report_append_only BEFORE UPDATE OR DELETE ON analytics_report
  FOR EACH ROW EXECUTE FUNCTION core_append_only();
CREATE OR REPLACE TRIGGER analytics_report_no_truncate BEFORE TRUNCATE ON analytics_report
  FOR EACH STATEMENT EXECUTE FUNCTION core_append_only();
CREATE OR REPLACE TRIGGER analytics_reportfile_append_only BEFORE UPDATE OR DELETE ON analytics_reportfile
  FOR EACH ROW EXECUTE FUNCTION core_append_only();
CREATE OR REPLACE TRIGGER analytics_reportfile_no_truncate BEFORE TRUNCATE ON analytics_reportfile
  FOR EACH STATEMENT EXECUTE FUNCTION core_append_only();
