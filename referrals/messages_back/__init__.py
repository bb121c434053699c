"""The message back: one document of what became of a referral, and its three forms (JSON, HTML, PDF).

Pure of writes: `services.messages_back` keeps what is built here, `api.messages_back` shows it (docs/message-back.md).
"""
