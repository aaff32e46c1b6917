# Tries: a program whose comments are a script; feedback shows them.
# Ends: escaped in the output.
### ATTACK
# </pre></code></div><script>alert(1)</script><svg onload=alert(2)>
"""</textarea><iframe srcdoc="<script>parent.alert(3)</script>"></iframe>"""
### END
### BASE
