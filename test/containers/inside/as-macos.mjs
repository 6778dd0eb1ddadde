// Makes the program believe that it runs on macOS, where the store needs the native binding.
Object.defineProperty(process, 'platform', { value: 'darwin' });
