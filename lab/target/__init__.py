"""The target folder of a lab: what an auditor of a real server would be given."""
