package dev.pbq.export.awq;

import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.tensor.DType;
import dev.pbq.export.ForeignFolderCase;
import org.junit.jupiter.api.Test;

/** A folder packed by the other program's code, beside the weights that it stands for. */
class AwqLayoutTest extends ForeignFolderCase {
  AwqLayoutTest() {
    super("awq");
  }

  @Test
  void otherVersionsAreNamed() {
    refused(
        changed(c -> c.put("version", "gemv")),
        "version \"gemv\" in quantization_config is not read; pbq reads gemm");
    refused(changed(c -> c.put("bits", 3)), "bits 3 in quantization_config is not read");
  }

  @Test
  void tensorsOfAnotherShapeAreNamed() {
    String linear = "model.layers.0.a.";
    replace(linear + "qzeros", DType.I32, 3, 4);
    refused(ModelFolder.open(folder), linear + "qzeros is I32[3, 4] where I32[3, 3] belongs");
    replace(linear + "scales", DType.F16, 5, 24);
    refused(ModelFolder.open(folder), linear + "scales has 5 rows for 48 inputs");
    replace(linear + "qweight", DType.F16, 48, 3);
    refused(ModelFolder.open(folder), linear + "qweight is F16[48, 3]");
  }
}
