/** What the tests of several modules share: access to golden files, synthetic inputs and models. */
package dev.pbq.core.testkit;
