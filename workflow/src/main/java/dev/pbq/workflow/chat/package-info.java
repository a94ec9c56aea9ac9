/**
 * Conversations as prompts: the chat template of a model, rendered. Imports {@code PbqException}
 * and the core's {@code checkpoint}.
 */
package dev.pbq.workflow.chat;
