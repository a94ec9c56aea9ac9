package dev.pbq.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.testkit.HostileInputs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What killed processes leave behind, and when it goes. */
class LeftOversTest {
  @TempDir private Path folder;

  private Path temporary(String name, Duration age) throws IOException {
    Path file = folder.resolve("." + name + "." + UUID.randomUUID() + ".pbq-tmp");
    Files.writeString(file, "half");
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
    return file;
  }

  @Test
  void theNextWriteOfAFileRemovesWhatAKilledOneLeft() throws IOException {
    Path left = temporary("a.gguf", Duration.ofHours(1));
    Path young = temporary("a.gguf", Duration.ofSeconds(1));
    Path other = temporary("b.gguf", Duration.ofHours(1));
    AtomicFile.write(folder.resolve("a.gguf"), new byte[] {1});
    assertThat(left).doesNotExist();
    assertThat(young).exists();
    assertThat(other).exists();
  }

  @Test
  void aFileThatIsBeingWrittenStays() {
    Path file = folder.resolve("a.gguf");
    AtomicFile.write(
        file,
        out -> {
          out.write(ByteBuffer.wrap(new byte[] {1}));
          try (var files = Files.list(folder)) {
            Path own = files.findFirst().orElseThrow();
            Files.setLastModifiedTime(own, FileTime.from(Instant.EPOCH));
          }
          AtomicFile.write(file, new byte[] {2});
        });
    assertThat(file).hasBinaryContent(new byte[] {1});
  }

  @Test
  void temporaryFoldersOfKilledProcessesAreRemovedByTheNextOfTheirKind() throws IOException {
    String kind = "test" + UUID.randomUUID();
    Path killed;
    try (TemporaryFolder first = TemporaryFolder.create(kind)) {
      killed = first.path().resolveSibling("pbq-" + kind + "-1");
      Files.createDirectory(killed);
      Files.createFile(killed.resolve(".pbq.lock"));
      Path fresh = Files.createDirectory(first.path().resolveSibling("pbq-" + kind + "-2"));
      try (TemporaryFolder second = TemporaryFolder.create(kind)) {
        assertThat(killed).doesNotExist();
        assertThat(first.path()).exists();
        assertThat(fresh).exists();
        assertThat(second.path()).isNotEqualTo(first.path());
      } finally {
        Files.delete(fresh);
      }
      assertThat(first.path()).exists();
    }
  }

  @Test
  void namesOfFilesThatLeadElsewhereOrCannotBeAreNone() {
    assertThat(FileNames.isPlain("model-\u00e4.safetensors")).isTrue();
    for (String name :
        new String[] {"", "..", "a/b", "a\\b", "C:x", "a\0b", "\ud800", "x".repeat(256)}) {
      assertThat(FileNames.isPlain(name)).as(name).isFalse();
    }
    assertThat(FileNames.isPath("a/b\ud800")).isFalse();
  }

  @Test
  void messagesHoldNoCommandsForTerminals() {
    Path missing = folder.resolve("\u001b[31mx\u001b]0;t\u0007\u009b2J\u202e");
    assertThatThrownBy(() -> JsonFiles.readObject(missing))
        .satisfies(e -> HostileInputs.requirePrintable("message", e.getMessage()))
        .hasMessageContaining("?[31mx?]0;t??2J?");
  }
}
