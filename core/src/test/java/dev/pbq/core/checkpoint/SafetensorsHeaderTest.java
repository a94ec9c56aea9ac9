package dev.pbq.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsHeaderTest {
  private static final String SOUND =
      "{\"__metadata__\":{\"format\":\"pt\"},"
          + "\"a.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
          + "\"b.weight\":{\"dtype\":\"F16\",\"shape\":[4],\"data_offsets\":[24,32]}}";
  private static final int DATA = 32;

  @TempDir Path folder;

  static java.util.stream.Stream<Arguments> corruptions() {
    return java.util.stream.Stream.of(
        change("dtype\":\"F16", "dtype\":\"F8_E9M9", "b.weight", "F8_E9M9"),
        change("dtype\":\"F16", "dtype\":\"f16", "b.weight", "f16"),
        change("\"F16\"", "7", "b.weight", "dtype that is not a string"),
        change("[4]", "[-4]", "b.weight", "shape", "-4"),
        change("[4]", "[4.0]", "b.weight", "shape", "4.0"),
        change("[4]", "[5]", "b.weight", "takes 10 bytes", "span 8"),
        change("[4]", "[4,4611686018427387904,4]", "b.weight", "impossible shape"),
        change("[4]", "[99999999999999999999]", "b.weight", "shape"),
        change("[4]", "[" + "1,".repeat(64) + "4]", "b.weight", "more than 64"),
        change("[4]", "4", "b.weight", "not an array"),
        change("[4]", "[null]", "b.weight", "null"),
        change("[4]", "[[4]]", "b.weight", "shape"),
        change("[24,32]", "[32,24]", "b.weight", "[32, 24]"),
        change("[24,32]", "[24,33]", "b.weight", "ends at byte 33", "truncated"),
        change("[24,32]", "[24]", "b.weight", "[24]"),
        change("[24,32]", "[16,24]", "b.weight", "overlaps"),
        change("[24,32]", "[-1,7]", "b.weight", "-1"),
        change("[2,3],\"data_offsets\":[0,24]", "[5],\"data_offsets\":[0,20]", "hole of 4"),
        change("[2,3],\"data_offsets\":[0,24]", "[5],\"data_offsets\":[4,24]", "a.weight", "hole"),
        change("[4],\"data_offsets\":[24,32]", "[3],\"data_offsets\":[24,30]", "2 trailing bytes"),
        change("b.weight", "a.weight", "a.weight", "twice"),
        change(",\"shape\":[4]", "", "b.weight", "lacks"),
        change("\"shape\":[4]", "\"shape\":[4],\"shape\":[4]", "b.weight", "two entries shape"),
        change("\"pt\"", "1", "__metadata__", "format", "not a string"),
        change("\"pt\"", "\"pt\",\"format\":\"tf\"", "format", "twice"),
        change("{\"format\":\"pt\"}", "[]", "__metadata__", "not an object"),
        change("\"b.weight\"", "\"__metadata__\":{},\"b.weight\"", "two entries __metadata__"),
        change("{\"dtype\":\"F16\",\"shape\":[4],\"data_offsets\":[24,32]}", "3", "b.weight"),
        change("}}", "}}x", "JSON"),
        change("}}", "}} {}", "goes on after"),
        change("}}", "}", "JSON"),
        change("{\"__", " {\"__", "does not start with '{'"),
        change("a.weight", "a\\n\\u001b[31m.weight", "x.safetensors"),
        change("a.weight", "\u0000", "JSON"));
  }

  private static Arguments change(String what, String to, String... messageParts) {
    return Arguments.of(what, to, messageParts);
  }

  @ParameterizedTest
  @MethodSource("corruptions")
  void everyCorruptionIsNamed(String what, String to, String... messageParts) {
    int at = SOUND.lastIndexOf(what);
    assertThat(at).isNotNegative();
    String header = SOUND.substring(0, at) + to + SOUND.substring(at + what.length());
    if (to.contains("u001b")) {
      // The name is legal but must not reach the terminal as it is.
      header = header.replace("[24,32]", "[24,31]").replace("[0,24]", "[1,24]");
    }
    Path file = RawSafetensors.write(folder.resolve("x.safetensors"), header, new byte[DATA]);
    SafetensorsFileTest.assertBadData(() -> SafetensorsFile.open(file), messageParts);
    SafetensorsFileTest.assertBadData(() -> SafetensorsFile.open(file), file.toString());
  }

  @Test
  void unknownFieldsAndTrailingSpacesAreAccepted() {
    String header = SOUND.replace("\"shape\":[4]", "\"x\":{\"y\":[1]},\"shape\":[4]") + "    ";
    assertThat(parse(header.getBytes(StandardCharsets.UTF_8), DATA).tensors()).hasSize(2);
  }

  @Test
  void tensorsComeInTheOrderOfTheirBytes() {
    String header =
        "{\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]},"
            + "\"z\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[1,1]},"
            + "\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}";
    assertThat(parse(header.getBytes(StandardCharsets.UTF_8), 3).tensors().keySet())
        .containsExactly("a", "z", "b");
  }

  @Test
  void otherEncodingsAreRefused() {
    for (var charset :
        new java.nio.charset.Charset[] {StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE}) {
      SafetensorsFileTest.assertBadData(
          () -> parse(SOUND.getBytes(charset), DATA), "f.safetensors: ");
    }
    byte[] malformed = SOUND.replace("a.w", "\u00e4.w").getBytes(StandardCharsets.ISO_8859_1);
    SafetensorsFileTest.assertBadData(() -> parse(malformed, DATA), "UTF-8");
  }

  @Test
  void headerLengthIsCheckedBeforeMemoryIsTaken() throws IOException {
    for (long length : new long[] {100_000_001, 33, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
      byte[] bytes = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array();
      Path file = Files.write(folder.resolve("y.safetensors"), bytes);
      SafetensorsFileTest.assertBadData(() -> SafetensorsFile.open(file), "y.safetensors");
    }
  }

  @Test
  void deepNestingIsRefused() {
    String header = "{\"a\":{\"x\":" + "[".repeat(100_000);
    SafetensorsFileTest.assertBadData(
        () -> parse(header.getBytes(StandardCharsets.UTF_8), 0), "JSON");
  }

  /** Whatever happens to the bytes, the only failure is one PbqException. */
  @Property(tries = 3000)
  void mutatedHeadersNeverCrash(
      @ForAll @Size(min = 1, max = 6) int[] positions,
      @ForAll @Size(min = 6, max = 6) byte[] values,
      @ForAll @IntRange(max = 3) int kind,
      @ForAll @IntRange(max = 40) int dataBytes) {
    byte[] header = SOUND.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < positions.length; i++) {
      int at = Math.floorMod(positions[i], header.length);
      switch (kind) {
        case 0 -> header[at] = values[i];
        case 1 -> header[at] = (byte) "0123456789{}[],:\"\\ntruefalse-eE.".charAt(values[i] & 31);
        case 2 -> header = Arrays.copyOf(header, Math.max(1, at));
        default -> {
          byte[] longer = new byte[header.length + 3];
          System.arraycopy(header, 0, longer, 0, at);
          System.arraycopy(header, at, longer, at + 3, header.length - at);
          Arrays.fill(longer, at, at + 3, values[i]);
          header = longer;
        }
      }
    }
    requireSoundOrRefused(header, dataBytes);
  }

  @Property(tries = 500)
  void arbitraryBytesNeverCrash(@ForAll byte[] bytes, @ForAll @IntRange(max = 40) int dataBytes) {
    byte[] header = new byte[bytes.length + 1];
    header[0] = '{';
    System.arraycopy(bytes, 0, header, 1, bytes.length);
    requireSoundOrRefused(header, dataBytes);
  }

  private static void requireSoundOrRefused(byte[] header, int dataBytes) {
    try {
      SafetensorsHeader parsed = parse(header, dataBytes);
      long end = 0;
      for (TensorInfo info : parsed.tensors().values()) {
        assertThat(info.begin()).isEqualTo(end);
        assertThat(Arrays.stream(info.shape()).reduce(1, Math::multiplyExact))
            .isEqualTo(info.elementCount());
        end = info.end();
      }
      assertThat(end).isEqualTo(dataBytes);
    } catch (PbqException e) {
      assertThat(e.kind()).isEqualTo(PbqException.Kind.BAD_DATA);
      assertThat(e.getMessage()).startsWith("f.safetensors: ").doesNotContain("\n", "\r");
    }
  }

  private static SafetensorsHeader parse(byte[] json, long dataBytes) {
    return SafetensorsHeader.parse(Path.of("f.safetensors"), json, dataBytes);
  }
}
