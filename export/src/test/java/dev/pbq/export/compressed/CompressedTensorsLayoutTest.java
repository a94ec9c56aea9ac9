package dev.pbq.export.compressed;

import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.tensor.DType;
import dev.pbq.export.ForeignFolderCase;
import org.junit.jupiter.api.Test;

/** A folder packed by the other program's code, beside the weights that it stands for. */
class CompressedTensorsLayoutTest extends ForeignFolderCase {
  CompressedTensorsLayoutTest() {
    super("compressed");
  }

  @Test
  void otherFormatsAreNamed() {
    refused(
        changed(c -> c.put("format", "float-quantized")),
        "format \"float-quantized\" in quantization_config is not read; pbq reads pack-quantized");
  }

  @Test
  void tensorsOfAnotherShapeAreNamed() {
    String linear = "model.layers.0.a.";
    replace(linear + "weight_zero_point", DType.I32, 1, 3);
    refused(
        ModelFolder.open(folder),
        linear + "weight_zero_point is I32[1, 3] where I32[2, 3] belongs");
    replace(linear + "weight_scale", DType.F16, 10, 5);
    refused(ModelFolder.open(folder), linear + "weight_scale has 5 columns for 48 inputs");
    replace(linear + "weight_shape", DType.I64, 2);
    refused(ModelFolder.open(folder), linear + "weight_shape says 0 x 0");
  }

  @Test
  void groupsBeyondTheScalesAreRefused() {
    replace("model.layers.0.b.weight_g_idx", DType.I32, 48);
    readAll(ModelFolder.open(folder));
    replace("model.layers.0.b.weight_packed", DType.I32, 10, 7);
    refused(ModelFolder.open(folder), "does not hold 10 x 48 integers of [4, 8] bits");
  }
}
