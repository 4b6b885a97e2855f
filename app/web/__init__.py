"""Pages and calls, a package for each kind of person: desk (clerks), portal (enterprises), public, admin, and api (programs)."""
