"""The customer's own pages: write to us, wait, talk, say how it went. Owns no table.

A customer needs no sign-in: a signed cookie, sent only to the programme's own pages, names the contact. Whether
an e-mail address is on file is never told. Every page works without JavaScript as far as leaving a message and
reading the answer; with it the page is live, keeps drafts over a reload and sends each message once.
"""
