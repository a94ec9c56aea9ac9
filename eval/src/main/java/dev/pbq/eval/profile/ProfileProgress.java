package dev.pbq.eval.profile;

/** A listener to the progress of a profile. */
@FunctionalInterface
public interface ProfileProgress {
  /** Hears nothing. */
  ProfileProgress SILENT = (block, blocks, done, windows) -> {};

  /** {@code done} of {@code windows} windows went through a block. */
  void windows(int block, int blocks, int done, int windows);
}
