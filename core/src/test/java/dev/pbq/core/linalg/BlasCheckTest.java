package dev.pbq.core.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import dev.pbq.core.linalg.BlasCheck.Routines;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.Test;

class BlasCheckTest {
  private static final Routines RIGHT = Routines.OPENBLAS;

  @Test
  void theRoutinesOfThisProcessorComputeRight() {
    assertThatCode(BlasCheck::require).doesNotThrowAnyException();
    assertThat(BlasCheck.fault(RIGHT)).isEmpty();
  }

  /** The last number below the diagonal is off by a thousandth. */
  private static BiConsumer<DoublePointer, DoublePointer> faulty(
      BiConsumer<DoublePointer, DoublePointer> routine) {
    return routine.andThen((x, y) -> y.put(95 * 97 + 96, y.get(95 * 97 + 96) + 1e-3));
  }

  private static BiConsumer<FloatPointer, FloatPointer> single(
      BiConsumer<FloatPointer, FloatPointer> routine) {
    return routine.andThen((x, y) -> y.put(95 * 97 + 96, Float.NaN));
  }

  @Test
  void eachRoutineThatComputesWrongIsNamed() {
    Map<String, Routines> faulty = new LinkedHashMap<>();
    Routines r = RIGHT;
    faulty.put(
        "dgemm",
        new Routines(
            faulty(r.dgemm()), r.dsyrk(), r.sgemm(), r.ssyrk(), faulty(r.dtrsm()), r.strsm()));
    faulty.put(
        "dsyrk",
        new Routines(r.dgemm(), faulty(r.dsyrk()), r.sgemm(), r.ssyrk(), r.dtrsm(), r.strsm()));
    faulty.put(
        "sgemm",
        new Routines(r.dgemm(), r.dsyrk(), single(r.sgemm()), r.ssyrk(), r.dtrsm(), r.strsm()));
    faulty.put(
        "ssyrk",
        new Routines(r.dgemm(), r.dsyrk(), r.sgemm(), single(r.ssyrk()), r.dtrsm(), r.strsm()));
    faulty.put(
        "dtrsm",
        new Routines(r.dgemm(), r.dsyrk(), r.sgemm(), r.ssyrk(), faulty(r.dtrsm()), r.strsm()));
    faulty.put(
        "strsm",
        new Routines(r.dgemm(), r.dsyrk(), r.sgemm(), r.ssyrk(), r.dtrsm(), single(r.strsm())));
    faulty.forEach((name, routines) -> assertThat(BlasCheck.fault(routines)).contains(name));
  }

  @Test
  void aFaultIsRefusedWithAWayOut() {
    assertThatThrownBy(() -> BlasCheck.require(Optional.of("dtrsm")))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("wrong results on this processor (dtrsm)")
        .hasMessageContaining("OPENBLAS_CORETYPE=Haswell");
  }
}
