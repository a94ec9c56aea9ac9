/** What the environment of the process says. Imports nothing of pbq. */
package dev.pbq.core.environment;
