package dev.pbq.eval.classify;

/**
 * A text as the model takes it.
 *
 * @param ids token ids, the special ones included; not to be changed
 * @param label index of the right label
 */
public record Example(int[] ids, int label) {}
