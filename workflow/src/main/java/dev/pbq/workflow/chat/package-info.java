/**
 * Conversations as prompts: conversations in files, and the chat template of a model, rendered.
 * Imports {@code PbqException}, the core's {@code data} and {@code json}, and {@code jinja}.
 */
package dev.pbq.workflow.chat;
