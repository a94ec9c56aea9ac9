package dev.pbq.export.compressed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.tensor.DType;
import dev.pbq.export.ForeignFolderCase;
import org.junit.jupiter.api.Test;

/**
 * Integers as bytes, with activations that were quantized too: by rows, groups and whole, with and
 * without zero points; compressed by the other program's code.
 */
class IntegersLayoutTest extends ForeignFolderCase {
  private static final String LAYER = "model.layers.0.";

  IntegersLayoutTest() {
    super("compressed-int");
  }

  @Test
  void whatElseWasQuantizedIsTold() {
    assertThat(new CompressedTensorsLayout().notes(ModelFolder.open(folder)))
        .containsExactly(
            "its program rounds the inputs of linears as well (8-bit integers, dynamic, per token;"
                + " 8-bit integers, static, per tensor); here the weights are as stored, and all"
                + " else is float32");
    ModelFolder cached =
        changed(
            c -> {
              ((ObjectNode) c.get("config_groups"))
                  .forEach(g -> ((ObjectNode) g).remove("input_activations"));
              c.putObject("kv_cache_scheme").put("type", "float").put("num_bits", 8);
            });
    assertThat(new CompressedTensorsLayout().notes(cached))
        .singleElement()
        .asString()
        .contains("the cache of keys and values as well (8-bit floats, static, per tensor)");
  }

  @Test
  void formatsOfEachGroupAreThoseThatCount() {
    readAll(changed(c -> c.put("format", "mixed-precision")));
    refused(
        changed(
            c -> {
              c.put("format", "mixed-precision");
              ((ObjectNode) c.at("/config_groups/group_1")).put("format", "float-quantized");
            }),
        "format \"float-quantized\" in quantization_config is not read; pbq reads pack-quantized,"
            + " naive-quantized, int-quantized, mixed-precision");
    replace(LAYER + "a.weight_packed", DType.I32, 10, 12);
    refused(
        changed(c -> c.put("format", "mixed-precision")),
        LAYER + "a.weight_packed stands beside weight: the layer is stored twice");
  }

  @Test
  void tensorsOfAnotherShapeAreNamed() {
    replace(LAYER + "b.weight_zero_point", DType.I8, 10, 2);
    refused(
        ModelFolder.open(folder),
        LAYER + "b.weight_zero_point is I8[10, 2] where I8[10, 3] belongs");
    replace(LAYER + "a.weight", DType.I16, 10, 48);
    refused(ModelFolder.open(folder), LAYER + "a.weight");
  }
}
