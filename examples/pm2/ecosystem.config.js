module.exports = {
  apps: [
    {
      name: 'chat',
      script: 'index.js',
      cwd: __dirname,
      // each a process with a port of its own: 3000, 3001
      exec_mode: 'fork',
      instances: 2,
      env: { PORT: 3000 },
      // `ready` comes once the adapter hears the others
      wait_ready: true,
      kill_timeout: 5000,
    },
  ],
};
