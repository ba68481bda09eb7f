"""Images in, readings out: pages, slips found and straightened, boxes read, fields decided about."""
