"""Who works here: users, sign-in, invitations."""
