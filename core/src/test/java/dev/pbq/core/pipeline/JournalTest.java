package dev.pbq.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.core.packed.BitKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  private static final Journal.Header HEADER = header("a");

  @TempDir private Path folder;

  @Test
  void whatWasWrittenIsReadBack() {
    Journal journal = Journal.create(folder, HEADER);
    journal.add(entry(0));
    journal.add(entry(1));
    assertThat(Journal.resume(folder, HEADER).entries()).containsExactly(entry(0), entry(1));
  }

  @Test
  void aTornLineIsDroppedAndOverwritten() throws IOException {
    Journal journal = Journal.create(folder, HEADER);
    journal.add(entry(0));
    Path file = folder.resolve(Journal.FILE);
    String whole = Files.readString(file);
    Files.writeString(file, whole + "{\"block\":1,\"shard\":\"scr");

    Journal resumed = Journal.resume(folder, HEADER);
    assertThat(resumed.entries()).containsExactly(entry(0));
    resumed.add(entry(1));
    assertThat(Journal.resume(folder, HEADER).entries()).containsExactly(entry(0), entry(1));
  }

  @Test
  void aBlockWhoseUnflushedShardIsDamagedIsDoneAgain() throws IOException {
    for (String damage : List.of("shared", "shard, and more", "")) {
      Journal journal = Journal.create(folder, HEADER);
      for (int block = 0; block < 3; block++) {
        Path shard = folder.resolve("scratch-" + block);
        AtomicFile.Unflushed written =
            AtomicFile.writeUnflushed(shard, out -> out.write(ByteBuffer.wrap(bytes("shards"))));
        assertThat(Files.readString(shard)).isEqualTo("shards");
        Journal.Entry e = entry(block);
        journal.add(
            new Journal.Entry(
                block,
                e.shard(),
                written.size(),
                written.crc32c(),
                e.linears(),
                e.corrections(),
                e.seconds()));
      }
      assertThat(Journal.resume(folder, HEADER).entries()).hasSize(3);

      Files.writeString(folder.resolve("scratch-1"), damage);
      Journal resumed = Journal.resume(folder, HEADER);
      assertThat(resumed.entries()).as(damage).hasSize(1);
      resumed.add(entry(1));
      assertThat(Journal.resume(folder, HEADER).entries()).hasSize(2);

      Files.delete(folder.resolve("scratch-0"));
      assertThat(Journal.resume(folder, HEADER).entries()).isEmpty();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void anotherFingerprintIsRefusedByTheNameOfWhatDiffers() {
    Journal.create(folder, HEADER);
    assertThatThrownBy(() -> Journal.resume(folder, header("b")))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("settings")
        .hasMessageNotContaining("weights");
  }

  @Test
  void aRunThatEndedWithinItsFirstLineBeginsAgain() throws IOException {
    Journal.create(folder, HEADER);
    byte[] whole = Files.readAllBytes(folder.resolve(Journal.FILE));
    for (int length = 0; length < whole.length; length++) {
      Files.write(folder.resolve(Journal.FILE), Arrays.copyOf(whole, length));
      assertThat(Journal.resume(folder, HEADER).entries()).isEmpty();
      assertThat(folder.resolve(Journal.FILE)).hasBinaryContent(whole);
    }
  }

  @Test
  void aFileThatIsNoJournalIsRefused() throws IOException {
    for (String contents : List.of("no newline", "not json\n", "{\"block\":1}\n")) {
      Files.writeString(folder.resolve(Journal.FILE), contents);
      assertThatThrownBy(() -> Journal.resume(folder, HEADER))
          .as(contents)
          .isInstanceOf(PbqException.class)
          .hasMessageContaining(Journal.FILE);
    }
  }

  private static Journal.Header header(String settings) {
    return new Journal.Header(new Fingerprint(Map.of("weights", "w", "settings", settings)), "1.0");
  }

  private static Journal.Entry entry(int block) {
    LinearOutcome outcome =
        new LinearOutcome(
            "layers." + block + ".q_proj",
            block,
            "xnor",
            4,
            8,
            0.125,
            "output",
            2.7,
            96,
            Map.of(BitKind.SIGNS, 64L, BitKind.SCALES, 32L),
            Map.of("loss", 1.5),
            0.25);
    return new Journal.Entry(
        block, "scratch-" + block, 123, null, List.of(outcome), List.of(), 1.5);
  }
}
