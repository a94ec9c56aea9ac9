/** The environment variables that several modules use. Imports nothing of pbq. */
package dev.pbq.core.environment;
