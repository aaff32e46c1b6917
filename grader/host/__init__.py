"""Host code of a submission: its functions run in a sandboxed child, which is asked and never told
what is expected."""
