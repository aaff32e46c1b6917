# Tries: a program whose comments, which feedback shows, are a script.
# Ends: escaped where it is shown.
### ATTACK
# </pre></code></div><script>alert(1)</script><svg onload=alert(2)>
"""</textarea><iframe srcdoc="<script>parent.alert(3)</script>"></iframe>"""
### END
### BASE
