package dev.pbq.train.builtin;

/**
 * Windows of fresh text. A batch depends on the seed and its number alone, so a resumed run sees
 * what the uninterrupted one would have seen.
 */
final class Batches {
  private final World world;
  private final WordVocabulary vocabulary;
  private final long seed;
  private final int sequences;
  private final int tokens;

  Batches(World world, WordVocabulary vocabulary, long seed, int sequences, int tokens) {
    this.world = world;
    this.vocabulary = vocabulary;
    this.seed = seed;
    this.sequences = sequences;
    this.tokens = tokens;
  }

  /** One batch, [sequences][tokens + 1]: the last token of a window is only predicted. */
  int[][] batch(int number) {
    int[][] windows = new int[sequences][];
    for (int s = 0; s < sequences; s++) {
      windows[s] = window(mix(seed, (long) number * sequences + s));
    }
    return windows;
  }

  /** Every third window starts with a BOS and a whole text, the others anywhere in the stream. */
  private int[] window(long windowSeed) {
    int[] window = new int[tokens + 1];
    int filled = 0;
    int skip = 0;
    if (Math.floorMod(windowSeed, 3) == 0) {
      window[filled++] = WordVocabulary.BOS;
    } else {
      skip = (int) Math.floorMod(windowSeed >>> 8, 64L);
    }
    TextGenerator generator = new TextGenerator(world, windowSeed);
    while (filled < window.length) {
      for (int id : vocabulary.encode(generator.next().text())) {
        if (skip > 0) {
          skip--;
        } else if (filled < window.length) {
          window[filled++] = id;
        }
      }
    }
    return window;
  }

  /** SplitMix64's finaliser: neighbouring numbers get unrelated seeds. */
  static long mix(long seed, long number) {
    long z = seed * 0x9e3779b97f4a7c15L + number * 0xd1342543de82ef95L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
