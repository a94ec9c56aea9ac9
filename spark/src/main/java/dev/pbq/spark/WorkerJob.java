package dev.pbq.spark;

import java.io.Serializable;

/**
 * What every task knows of a run.
 *
 * @param folder of the dense model, the same on all machines
 * @param recipe as TOML, complete
 * @param threads of a task
 */
record WorkerJob(String folder, String recipe, int threads) implements Serializable {}
