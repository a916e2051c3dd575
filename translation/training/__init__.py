"""The translator of our own: corpus, tokenizer, training, export, evaluation."""
