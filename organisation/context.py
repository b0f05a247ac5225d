"""What the frame of every page needs: menu, user, theme."""


def ram(request):
    return {}
