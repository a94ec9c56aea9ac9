package dev.pbq.cli.console;

import dev.pbq.core.Version;
import picocli.CommandLine.IVersionProvider;

/** The text that {@code --version} prints. */
public final class VersionProvider implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    return new String[] {"pbq " + Version.current(), "Java " + Runtime.version() + ", " + system};
  }
}
