-- What an owner knows of a provider that differs from its protocol's book: a JSON object.
ALTER TABLE providers ADD COLUMN quirks TEXT NOT NULL DEFAULT '{}';

-- How clients of this route take the model's thoughts; NULL leaves it to the purpose of their key.
ALTER TABLE routes ADD COLUMN reasoning TEXT;

-- What did not reach the other side as it was: JSON, NULL when nothing was lost.
ALTER TABLE request_log ADD COLUMN losses TEXT;
