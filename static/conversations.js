// Conversations.
