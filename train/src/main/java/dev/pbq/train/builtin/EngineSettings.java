package dev.pbq.train.builtin;

/** The engine's settings, which must be made before its first use. */
final class EngineSettings {
  private EngineSettings() {}

  /** No downloads; one thread, so that sums are formed in one order. Properties given win. */
  static void apply() {
    for (String[] setting :
        new String[][] {{"ai.djl.offline", "true"}, {"ai.djl.pytorch.num_threads", "1"}}) {
      if (System.getProperty(setting[0]) == null) {
        System.setProperty(setting[0], setting[1]);
      }
    }
  }
}
