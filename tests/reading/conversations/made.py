"""Exports of our own making: one invented conversation between « lea.invente » and « nox.riv » as services give it."""

import json


def _mangled(text):
    return text.encode().decode("latin-1")


SNAPCHAT_OLD = {
    "Received Saved Chat History": [
        {"From": "nox.riv", "Media Type": "TEXT", "Created": "2020-06-12 19:15:00 UTC", "Text": "t'as quel âge ?"},
        {"From": "nox.riv", "Media Type": "IMAGE", "Created": "2020-06-12 19:17:00 UTC", "Text": ""},
    ],
    "Sent Saved Chat History": [
        {"To": "nox.riv", "Media Type": "TEXT", "Created": "2020-06-12 19:16:00 UTC", "Text": "14 ans"},
    ],
}
SNAPCHAT_NEW = {
    "nox.riv": [
        {"From": "lea.invente", "Media Type": "TEXT", "Created": "2023-06-12 19:16:00 UTC", "Content": "14 ans",
         "Conversation Title": None, "IsSender": True, "Created(microseconds)": 1},
        {"From": "nox.riv", "Media Type": "TEXT", "Created": "2023-06-12 19:15:00 UTC", "Content": "t'as quel âge ?",
         "Conversation Title": None, "IsSender": False, "Created(microseconds)": 1},
        {"From": "nox.riv", "Media Type": "STATUSSCREENSHOT", "Created": "2023-06-12 19:18:00 UTC", "Content": "",
         "IsSender": False},
    ]
}  # fmt: skip
META_LATER = {
    "participants": [{"name": _mangled("Léa Inventée")}, {"name": "Nox"}],
    "messages": [
        {"sender_name": _mangled("Léa Inventée"), "timestamp_ms": 1591989360000, "content": "14 ans",
         "reactions": [{"reaction": _mangled("❤"), "actor": "Nox"}]},
        {"sender_name": "Nox", "timestamp_ms": 1591989300000, "content": _mangled("t'as quel âge ?")},
        {"sender_name": "Nox", "timestamp_ms": 1591989420000, "photos": [{"uri": "photos/1.jpg"}]},
        {"sender_name": "Nox", "timestamp_ms": 1591989480000, "content": "call", "call_duration": 3},
    ],
    "thread_path": "inbox/nox_1",
}  # fmt: skip
META_OLDER = [
    {
        "participants": ["lea.invente", "nox.riv"],
        "conversation": [
            {"sender": "lea.invente", "created_at": "2020-06-12T19:16:00.000000+00:00", "text": "14 ans"},
            {"sender": "nox.riv", "created_at": "2020-06-12T19:15:00.000000+00:00", "text": "t'as quel âge ?"},
            {"sender": "nox.riv", "created_at": "2020-06-12T19:14:00+00:00", "media": "https://media.example/1"},
            {"sender": "nox.riv", "created_at": "2020-06-12T19:13:00+00:00", "action": "nox.riv liked a message"},
        ],
    }
]
_CHAT = {
    "Chat History with nox.riv:": [
        {"Date": "2020-06-12 19:16:00", "From": "lea.invente", "Content": "14 ans"},
        {"Date": "2020-06-12 19:15:00", "From": "nox.riv", "Content": "t'as quel âge ?"},
    ]
}
TIKTOK_OLD = {
    "Profile": {"Profile Information": {"ProfileMap": {"userName": "lea.invente"}}},
    "Direct Messages": {"Chat History": {"ChatHistory": _CHAT}},
}
TIKTOK_NEW = {"Direct Message": {"Direct Messages": {"ChatHistory": _CHAT}}}
TIKTOK_TEXT = (
    ">>> Chat History with nox.riv::\n\n"
    "2020-06-12 19:16:00 UTC lea.invente: 14 ans\n"
    "2020-06-12 19:15:00 UTC nox.riv: t'as quel âge ?\n"
)
TELEGRAM = {
    "name": "Nox",
    "type": "personal_chat",
    "id": 1,
    "messages": [
        {"id": 1, "type": "service", "date": "2020-06-12T21:00:00", "actor": "Nox", "action": "phone_call", "text": ""},
        {"id": 2, "type": "message", "date": "2020-06-12T21:15:00", "from": "Nox", "from_id": "user1",
         "text": ["t'as ", {"type": "bold", "text": "quel âge"}, " ?"]},
        {"id": 3, "type": "message", "date": "2020-06-12T21:16:00", "date_unixtime": "1591989360", "from": "Léa",
         "from_id": "user2", "text": "14 ans"},
        {"id": 4, "type": "message", "date": "2020-06-12T21:17:00", "from": "Nox", "photo": "photos/1.jpg", "text": ""},
    ],
}  # fmt: skip
DISCORD_EXPORTER = {
    "guild": {"id": "0", "name": "Direct Messages"},
    "channel": {"id": "1", "type": "DirectTextChat", "name": "nox"},
    "messages": [
        {"id": "1", "type": "Default", "timestamp": "2020-06-12T21:15:00+02:00", "content": "t'as quel âge ?",
         "author": {"id": "1", "name": "nox"}, "attachments": []},
        {"id": "2", "type": "Reply", "timestamp": "2020-06-12T21:16:00+02:00", "content": "14 ans",
         "author": {"id": "2", "name": "lea"}, "attachments": []},
        {"id": "3", "type": "Call", "timestamp": "2020-06-12T21:18:00+02:00", "content": "Started a call.",
         "author": {"id": "1", "name": "nox"}, "attachments": []},
    ],
}  # fmt: skip
WHATSAPP_FRENCH = (
    "12/06/2020 à 21:10 - Les messages et les appels sont chiffrés de bout en bout.\n"
    "12/06/2020 à 21:15 - Nox : t'as quel âge ?\n"
    "12/06/2020 à 21:16 - Léa : 14 ans\n"
    "et toi\n"
    "13/06/2020 à 09:00 - Nox : <Médias omis>\n"
)
WHATSAPP_AMERICAN = (
    "6/12/20, 9:10\u202fPM - Messages and calls are end-to-end encrypted.\n"
    "6/12/20, 9:15\u202fPM - Nox: how old are you\n"
    "6/13/20, 12:05\u202fAM - Léa: 14\n"
)
WHATSAPP_IOS = (
    "[12/06/2020 21:10:01] Nox: \u200eLes messages et les appels sont chiffrés de bout en bout.\n"
    "[12/06/2020 21:15:02] Nox: t'as quel âge ?\n"
    "\u200e[13/06/2020 21:16:03] Léa: \u200eimage absente\n"
)
DOCUMENTS = {
    "snapchat-old": ("json/chat_history.json", SNAPCHAT_OLD),
    "snapchat-new": ("json/chat_history.json", SNAPCHAT_NEW),
    "meta-later": ("messages/inbox/nox_1/message_1.json", META_LATER),
    "meta-older": ("messages.json", META_OLDER),
    "tiktok-old": ("user_data.json", TIKTOK_OLD),
    "tiktok-new": ("user_data_tiktok.json", TIKTOK_NEW),
    "telegram": ("result.json", TELEGRAM),
    "discord-exporter": ("Direct Messages - nox.json", DISCORD_EXPORTER),
}
TEXTS = {
    "tiktok-text": ("Direct Messages.txt", TIKTOK_TEXT),
    "whatsapp-french": ("Discussion WhatsApp avec Nox.txt", WHATSAPP_FRENCH),
    "whatsapp-american": ("WhatsApp Chat with Nox.txt", WHATSAPP_AMERICAN),
    "whatsapp-ios": ("_chat.txt", WHATSAPP_IOS),
}
EXPORTS = {name: (path, json.dumps(document).encode()) for name, (path, document) in DOCUMENTS.items()}
EXPORTS |= {name: (path, text.encode()) for name, (path, text) in TEXTS.items()}
