package dev.pbq.arb.partition;

import dev.pbq.arb.fit.Groups;

/**
 * A block's division. Groups of the salient columns come first, each side from its highest
 * magnitudes to its lowest; their number depends on the settings alone, so groups may be empty.
 *
 * @param groups the group of each weight; salient groups have order 2, all others 1
 * @param salientColumns for each column of the block whether it is salient; not copied
 * @param trace how the search came to it
 */
public record Partition(Groups groups, boolean[] salientColumns, SearchTrace trace) {}
