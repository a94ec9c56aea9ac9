package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The installed start script, with a Java that only tells what it was given. */
class StartScriptTest {
  private static final Path SCRIPT = Path.of("src/main/scripts/pbq");

  @TempDir private Path folder;

  private String localeUnder(Map<String, String> environment)
      throws IOException, InterruptedException {
    Path java = folder.resolve("jdk/bin/java");
    if (!Files.exists(java)) {
      Files.createDirectories(java.getParent());
      Files.writeString(java, "#!/bin/sh\nprintf %s \"${LC_ALL:-none}\"\n");
      Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"17.0.1\"\n");
    }
    ProcessBuilder script = new ProcessBuilder("bash", SCRIPT.toAbsolutePath().toString());
    for (String name : new String[] {"LC_ALL", "LC_CTYPE", "LANG"}) {
      script.environment().remove(name);
    }
    script.environment().putAll(environment);
    script.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
    Process process = script.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  @Test
  void namesOfFilesAreUtf8WhateverTheLocale() throws Exception {
    assertThat(localeUnder(Map.of())).isEqualTo("C.UTF-8");
    assertThat(localeUnder(Map.of("LANG", "C"))).isEqualTo("C.UTF-8");
    assertThat(localeUnder(Map.of("LC_ALL", "POSIX", "LANG", "de_DE.UTF-8"))).isEqualTo("C.UTF-8");
    assertThat(localeUnder(Map.of("LANG", "de_DE.UTF-8"))).isEqualTo("none");
    assertThat(localeUnder(Map.of("LC_CTYPE", "en_US.utf8", "LANG", "C"))).isEqualTo("none");
  }
}
