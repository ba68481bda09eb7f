"""Where each millimetre of a slip lies on its page: squares found, paper straightened, rows refined."""
