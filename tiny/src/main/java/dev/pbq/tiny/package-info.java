/**
 * The built-in model and its texts, as resources. Imports {@code dev.pbq.core}; loads no engine.
 */
package dev.pbq.tiny;
