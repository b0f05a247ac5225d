"""Small technical modules that import no app and no part of the domain."""
