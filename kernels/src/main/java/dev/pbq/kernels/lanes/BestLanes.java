package dev.pbq.kernels.lanes;

import java.lang.reflect.InvocationTargetException;

/** The fastest loops that the JVM offers, chosen once. */
public final class BestLanes {
  private static final Lanes BEST = choose();

  private BestLanes() {}

  /**
   * Those on vectors where the JVM was started with the vector module, else those in plain Java.
   */
  public static Lanes get() {
    return BEST;
  }

  private static Lanes choose() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      return new PlainLanes();
    }
    try {
      // By name: nothing that is compiled without the module may know the class.
      Class<?> vectors = Class.forName("dev.pbq.kernels.vector.VectorLanes");
      return (Lanes) vectors.getDeclaredConstructor().newInstance();
    } catch (ClassNotFoundException
        | NoSuchMethodException
        | InstantiationException
        | IllegalAccessException
        | InvocationTargetException e) {
      throw new IllegalStateException("the vector module is there, but its loops are not", e);
    }
  }
}
