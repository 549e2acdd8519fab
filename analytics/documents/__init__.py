"""A report in the forms that people and programs read: a JSON body, tables, charts, files."""
