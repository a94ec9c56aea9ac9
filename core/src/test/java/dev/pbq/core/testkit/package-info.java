/** What the tests of several modules share: access to golden files, and synthetic inputs. */
package dev.pbq.core.testkit;
