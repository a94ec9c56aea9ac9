/**
 * The choice of codes in the balance of error and code length: scalar and by trellises. Imports
 * {@code core}'s {@code entropy}; knows weights as numbers of steps alone.
 */
package dev.pbq.ecq.choice;
