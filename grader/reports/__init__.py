"""What people read about marks: a feedback page for each submission, a class page, tables for an
LMS."""
