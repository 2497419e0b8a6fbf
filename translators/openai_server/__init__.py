"""The backend `openai`: translation by a language model behind an OpenAI-compatible server."""
