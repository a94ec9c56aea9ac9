package dev.pbq.core.model;

/**
 * The other form of a tensor of a block.
 *
 * @param path of the tensor inside the block
 * @param form where files hold it
 */
record StoredAs(String path, StoredForm form) {}
