package dev.pbq.eval.classify;

/**
 * A text as the model takes it.
 *
 * @param ids token ids, the special ones included
 * @param label index of the right label
 */
record Example(int[] ids, int label) {}
